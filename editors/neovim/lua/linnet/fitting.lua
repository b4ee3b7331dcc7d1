--- What of a suggestion still fits the text, which may have changed since it was made.
local M = {}

--- A suggestion, as `vim.lsp.inline_completion` has it.
---@class linnet.Item
---@field client_id integer
---@field insert_text string
---@field range { to_extmark: fun(self): integer, integer, integer, integer }
---@field command lsp.Command

---@alias linnet.Part 'whole'|'word'|'line'

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
--- A suggestion stays on the screen while the user types, and may have been made for a text that is gone; so it fits only
--- when what was typed since is its beginning, and nothing else on the line has changed but brackets that were closed
--- behind the cursor.
---@param item linnet.Item
---@return string? rest nil when it does not fit
---@return integer replaced
function M.rest(item)
  local row, first, _, last = item.range:to_extmark()
  local cursor = vim.api.nvim_win_get_cursor(0)
  local line, column = vim.api.nvim_get_current_line(), cursor[2]
  local text = item.insert_text
  local typed, rest = line:sub(first + 1, column), text:sub(column - first + 1)
  local grown = #line - column - (vim.tbl_get(item, 'command', 'arguments', 1, 'behind') or math.huge)
  local same_place = cursor[1] == row + 1 and first <= column and grown >= 0
  if not same_place or rest == '' or typed .. rest ~= text or not closes(line:sub(column + 1, column + grown), rest) then
    return nil, 0
  end
  return rest, last - first + grown
end

--- The beginning of a text: all of it, up to the end of its next word, or of its next line.
---@param text string
---@param part linnet.Part
---@return string
function M.part(text, part)
  if part == 'line' then
    return text:match('^\r?\n?[^\n]*')
  elseif part == 'word' then
    -- What stands before the word goes with it.
    return vim.fn.matchstr(text, [[^\_.\{-}\k\+\|^\_.\+]])
  end
  return text
end

return M
