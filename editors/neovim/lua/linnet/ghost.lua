--- Accepts ghost text, if it still fits the text that it was made for.
local M = {}

--- Whether some text is nothing but brackets and quotes that were closed by themselves and that `rest` closes, too.
---@param closed string
---@param rest string
---@return boolean
local function closes(closed, rest)
  local from = 1
  for character in closed:gmatch('.') do
    local found = ([[)]}>"'`]]):find(character, 1, true) and rest:find(character, from, true)
    if not found then
      return false
    end
    from = found + 1
  end
  return true
end

--- What is still to be inserted of a suggestion, and how many bytes behind the cursor it replaces.
--- Neovim shows a suggestion on while the user types and would insert it where it was asked for, whatever stands there
--- now; so it is accepted only when what was typed since is its beginning, and nothing else on the line has changed but
--- brackets that were closed behind the cursor.
---@param item vim.lsp.inline_completion.Item
---@return string? rest nil when it does not fit
---@return integer replaced
local function fitting(item)
  local row, first, _, last = item.range:to_extmark()
  local cursor = vim.api.nvim_win_get_cursor(0)
  local line, column = vim.api.nvim_get_current_line(), cursor[2]
  local text = item.insert_text --[[@as string]]
  local typed, rest = line:sub(first + 1, column), text:sub(column - first + 1)
  local grown = #line - column - (vim.tbl_get(item, 'command', 'arguments', 1, 'behind') or math.huge)
  local same_place = cursor[1] == row + 1 and first <= column and grown >= 0
  if not same_place or rest == '' or typed .. rest ~= text or not closes(line:sub(column + 1, column + grown), rest) then
    return nil, 0
  end
  return rest, last - first + grown
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

--- Accept the ghost text that is shown. `otherwise` is called when it has gone stale.
---@param otherwise? fun()
---@return boolean shown whether there was any ghost text
function M.accept(otherwise)
  return vim.lsp.inline_completion.get({
    on_accept = function(item)
      local client = vim.lsp.get_client_by_id(item.client_id)
      if not client or client.name ~= 'linnet' then
        return item
      end
      local rest, replaced = fitting(item)
      if rest then
        insert(rest, replaced)
        client:exec_cmd(item.command, { bufnr = vim.api.nvim_get_current_buf() })
      elseif otherwise then
        otherwise()
      end
    end,
  })
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

---@param key string
local function map_now(key)
  local before = vim.fn.maparg(key, 'i', false, true)
  local function otherwise()
    press(key, before)
  end
  vim.keymap.set('i', key, function()
    if M.accept(otherwise) then
      -- What is accepted is undone by itself, apart from what was typed.
      return '<C-g>u'
    end
    otherwise()
    return ''
  end, { expr = true, desc = 'Accept ghost text' })
end

--- Have a key of insert mode accept ghost text; without any it does what it did before.
---@param key string
function M.map(key)
  if vim.v.vim_did_enter == 1 then
    map_now(key)
    return
  end
  -- After all plugins, so that their mappings are known.
  vim.api.nvim_create_autocmd('VimEnter', {
    once = true,
    callback = function()
      map_now(key)
    end,
  })
end

return M
