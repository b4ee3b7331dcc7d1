--- Ghost text and its keys: accepts it, if it still fits the text that it was made for.
local fitting = require('linnet.fitting')
local linnet = require('linnet')

local M = {}

--- Where ghost text comes from: Neovim's own since 0.12, else ours.
---@return table
local function source()
  return vim.lsp.inline_completion or require('linnet.overlay')
end

---@param text string
---@param replaced integer
local function insert(text, replaced)
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  -- Neovim keeps the endings of lines to itself.
  local lines = vim.split((text:gsub('\r\n', '\n')), '\n', { plain = true })
  vim.api.nvim_buf_set_text(0, row - 1, column, row - 1, column + replaced, lines)
  local start = #lines == 1 and column or 0
  vim.api.nvim_win_set_cursor(0, { row + #lines - 1, start + #lines[#lines] })
end

--- Tell the server what was taken of a suggestion.
---@param client vim.lsp.Client
---@param item linnet.Item
---@param left string what was not taken
local function tell(client, item, left)
  if left == '' then
    local buffer = vim.api.nvim_get_current_buf()
    if client.exec_cmd then
      client:exec_cmd(item.command, { bufnr = buffer })
    else
      linnet.request(client, 'workspace/executeCommand', item.command, function() end, buffer)
    end
    return
  end
  local taken = item.insert_text:sub(1, -#left - 1)
  local length = #vim.iconv(taken, 'utf-8', 'utf-16le') / 2
  local params = { item = { insertText = item.insert_text, command = item.command }, acceptedLength = length }
  linnet.tell(client, 'textDocument/didPartiallyAcceptCompletion', params)
end

---@param part linnet.Part
---@param otherwise? fun()
---@return boolean
local function accept(part, otherwise)
  return source().get({
    on_accept = function(item)
      local client = vim.lsp.get_client_by_id(item.client_id)
      if not client or client.name ~= 'linnet' then
        return item
      end
      local rest, replaced = fitting.rest(item)
      if rest then
        local text = fitting.part(rest, part)
        local left = rest:sub(#text + 1)
        insert(text, left == '' and replaced or 0)
        tell(client, item, left)
      elseif otherwise then
        otherwise()
      end
    end,
  })
end

--- Accept the ghost text that is shown. `otherwise` is called when it has gone stale.
---@param otherwise? fun()
---@return boolean shown whether there was any ghost text
function M.accept(otherwise)
  return accept('whole', otherwise)
end

--- Accept its next word; what is left is shown again.
---@param otherwise? fun()
---@return boolean shown
function M.accept_word(otherwise)
  return accept('word', otherwise)
end

--- Accept its next line.
---@param otherwise? fun()
---@return boolean shown
function M.accept_line(otherwise)
  return accept('line', otherwise)
end

--- Show the next suggestion.
function M.next()
  source().select({ count = 1 })
  return true
end

--- Show the previous suggestion.
function M.previous()
  source().select({ count = -1 })
  return true
end

--- Take the ghost text away until the next key.
---@return boolean shown
function M.dismiss()
  if vim.lsp.inline_completion then
    return vim.lsp.inline_completion.get({ on_accept = function() end })
  end
  return require('linnet.overlay').dismiss()
end

--- Have ghost text in a buffer.
---@param buffer integer
function M.enable(buffer)
  if vim.lsp.inline_completion then
    vim.lsp.inline_completion.enable(true, { bufnr = buffer })
  else
    require('linnet.overlay').enable(buffer)
  end
end

--- Whether a completion menu is open: then keys are the menu's.
---@return boolean
local function menu_is_open()
  local cmp, blink = package.loaded['cmp'], package.loaded['blink.cmp']
  return vim.fn.pumvisible() == 1 or (cmp ~= nil and cmp.visible()) or (blink ~= nil and blink.is_visible())
end

---@param keys string
---@return string
local function codes(keys)
  return vim.api.nvim_replace_termcodes(keys, true, true, true)
end

--- Do what a key does without us: what was mapped to it before, or the key itself.
---@param key string
---@param before table<string, any> what `maparg` told of the mapping before ours
local function press(key, before)
  if before.expr == 1 then
    local keys = before.callback and before.callback() or vim.api.nvim_eval(before.rhs)
    if type(keys) == 'string' then
      keys = before.replace_keycodes == 1 and codes(keys) or keys
      vim.api.nvim_feedkeys(keys, before.noremap == 1 and 'in' or 'im', false)
    end
  elseif before.callback then
    -- A mapping that gives keys, as ours does, must not change the text itself.
    vim.schedule(before.callback)
  else
    vim.api.nvim_feedkeys(codes(before.rhs or key), before.noremap == 0 and 'im' or 'in', false)
  end
end

---@alias linnet.Action 'accept'|'accept_word'|'accept_line'|'next'|'previous'|'dismiss'

---@param action linnet.Action
---@param key string
local function map_now(action, key)
  local before = vim.fn.maparg(key, 'i', false, true)
  local function otherwise()
    press(key, before)
  end
  vim.keymap.set('i', key, function()
    if not (action == 'accept' and menu_is_open()) and M[action](otherwise) then
      -- What is accepted is undone by itself, apart from what was typed.
      return vim.startswith(action, 'accept') and '<C-g>u' or ''
    end
    otherwise()
    return ''
  end, { expr = true, desc = 'Ghost text: ' .. action:gsub('_', ' ') })
end

--- Have a key of insert mode do something with ghost text; without any it does what it did before.
---@param action linnet.Action
---@param key string
function M.map(action, key)
  if vim.v.vim_did_enter == 1 then
    map_now(action, key)
    return
  end
  -- After all plugins, so that their mappings are known.
  vim.api.nvim_create_autocmd('VimEnter', {
    once = true,
    callback = function()
      map_now(action, key)
    end,
  })
end

return M
