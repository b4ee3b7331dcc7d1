--- Ghost text for Neovim 0.10 and 0.11, which have none of their own; used like `vim.lsp.inline_completion`.
local fitting = require('linnet.fitting')
local linnet = require('linnet')

local M = {}

local METHOD = 'textDocument/inlineCompletion'
local AUTOMATIC, INVOKED = 2, 1
local NAMESPACE = vim.api.nvim_create_namespace('linnet.ghost')
-- Of a burst of keys only the last is asked about.
local PAUSE_MS = 75

---@class linnet.Shown
---@field buffer integer
---@field items linnet.Item[]
---@field index integer

---@type linnet.Shown?
local shown
---@type uv.uv_timer_t?
local timer
-- Counts the questions: only the answer to the last one counts.
local asked = 0

local function hide()
  if shown and vim.api.nvim_buf_is_valid(shown.buffer) then
    vim.api.nvim_buf_clear_namespace(shown.buffer, NAMESPACE, 0, -1)
  end
end

local function stop()
  if timer then
    timer:stop()
    timer:close()
    timer = nil
  end
  asked = asked + 1
end

---@return linnet.Item?
local function current()
  return shown and shown.buffer == vim.api.nvim_get_current_buf() and shown.items[shown.index] or nil
end

--- Take the ghost text away, and expect none.
---@return boolean shown whether there was any
function M.dismiss()
  local was_shown = current() ~= nil
  stop()
  hide()
  shown = nil
  return was_shown
end

--- Draw what is left of the suggestion at the cursor; what no longer fits is forgotten.
---@param hint? string
local function draw(hint)
  local item = current()
  if not item then
    return
  end
  hide()
  local rest, replaced = fitting.rest(item)
  if not rest then
    shown = nil
    return
  end
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  local behind = vim.api.nvim_get_current_line():sub(column + 1, column + replaced)
  if behind ~= '' and vim.endswith(rest, behind) then
    rest = rest:sub(1, -#behind - 1)
  end
  local lines = vim.tbl_map(function(line)
    return { { line, 'LinnetGhost' } }
  end, vim.split(rest, '\n', { plain = true }))
  if hint then
    table.insert(lines[#lines], { hint, 'LinnetGhost' })
  end
  vim.api.nvim_buf_set_extmark(shown.buffer, NAMESPACE, row - 1, column, {
    virt_text = lines[1],
    virt_text_pos = 'inline',
    virt_lines = #lines > 1 and vim.list_slice(lines, 2) or nil,
    hl_mode = 'combine',
  })
end

---@param client_id integer
---@param item table<string, any> a suggestion as LSP has it; its columns are bytes, as the client asked for
---@return linnet.Item
local function item_of(client_id, item)
  local from, to = item.range.start, item.range['end']
  return {
    client_id = client_id,
    insert_text = item.insertText,
    command = item.command,
    range = {
      to_extmark = function()
        return from.line, from.character, to.line, to.character
      end,
    },
  }
end

---@param kind integer
local function ask(kind)
  local client = linnet.client()
  if not client or vim.api.nvim_get_mode().mode:sub(1, 1) ~= 'i' then
    return
  end
  local buffer = vim.api.nvim_get_current_buf()
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  local params = {
    textDocument = { uri = vim.uri_from_bufnr(buffer) },
    position = { line = row - 1, character = column },
    context = { triggerKind = kind },
  }
  asked = asked + 1
  local number = asked
  linnet.request(client, METHOD, params, function(failure, result)
    -- `null` says that another answer is under way.
    if number ~= asked or failure or type(result) ~= 'table' or vim.api.nvim_get_mode().mode:sub(1, 1) ~= 'i' then
      return
    end
    hide()
    local items = vim.tbl_map(function(item)
      return item_of(client.id, item)
    end, result.items)
    shown = { buffer = buffer, items = items, index = 1 }
    draw()
  end, buffer)
end

local function changed()
  draw()
  stop()
  timer = vim.uv.new_timer()
  timer:start(
    PAUSE_MS,
    0,
    vim.schedule_wrap(function()
      ask(AUTOMATIC)
    end)
  )
end

--- Have ghost text in a buffer.
---@param buffer integer
function M.enable(buffer)
  vim.api.nvim_set_hl(0, 'LinnetGhost', { link = 'Comment', default = true })
  local group = vim.api.nvim_create_augroup('linnet.ghost.' .. buffer, {})
  vim.api.nvim_create_autocmd({ 'InsertEnter', 'CursorMovedI', 'TextChangedP' }, {
    group = group,
    buffer = buffer,
    callback = changed,
  })
  vim.api.nvim_create_autocmd({ 'InsertLeave', 'BufLeave' }, {
    group = group,
    buffer = buffer,
    callback = function()
      M.dismiss()
    end,
  })
end

--- Hand the suggestion that is shown to a function, once text may be changed.
---@param options { on_accept: fun(item: linnet.Item) }
---@return boolean shown whether there is one
function M.get(options)
  local item = current()
  if not item then
    return false
  end
  vim.schedule(function()
    options.on_accept(item)
  end)
  return true
end

--- Show another suggestion.
---@param options { count: integer }
function M.select(options)
  if not shown or not current() then
    ask(INVOKED)
    return
  end
  shown.index = (shown.index - 1 + options.count) % #shown.items + 1
  draw((' (%d/%d)'):format(shown.index, #shown.items))
end

return M
