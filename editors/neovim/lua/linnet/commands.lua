--- The command `:Linnet`.
local linnet = require('linnet')

local M = {}

--- Have the server run one of its commands.
---@param command string
---@param argument table<string, any>
---@param done fun(result: table<string, any>)
local function execute(command, argument, done)
  local client = linnet.client()
  if not client then
    linnet.notify('no server is running for this buffer; see :checkhealth linnet.', vim.log.levels.WARN)
    return
  end
  local params = { command = command, arguments = { argument } }
  local function answered(failure, result)
    if failure then
      linnet.notify(failure.message, vim.log.levels.ERROR)
    else
      done(result or {})
    end
  end
  -- Named, not 0: only so does Neovim send the changes first that it has held back.
  linnet.request(client, 'workspace/executeCommand', params, answered, vim.api.nvim_get_current_buf())
end

---@return string
local function uri()
  return vim.uri_from_bufnr(0)
end

---@param given table<string, any>
local function explain(given)
  local lines = { start = { line = given.line1 - 1, character = 0 }, ['end'] = { line = given.line2 - 1, character = 0 } }
  execute('linnet.explain', { uri = uri(), range = lines }, function(result)
    if result.message then
      linnet.notify(result.message)
      return
    end
    local text = vim.split(vim.trim(result.markdown), '\n', { plain = true })
    vim.lsp.util.open_floating_preview(text, 'markdown', {
      border = 'rounded',
      title = ' Linnet ',
      focus_id = 'linnet.explain',
      max_width = 100,
      max_height = math.max(5, math.floor(vim.o.lines * 0.6)),
    })
  end)
end

---@param given table<string, any>
local function review(given)
  local command = given.bang and 'linnet.reviewWorkspace' or 'linnet.review'
  execute(command, { uri = uri() }, function(result)
    linnet.notify(result.message)
  end)
end

local function clear()
  execute('linnet.clearReview', vim.empty_dict(), function() end)
end

local function status()
  execute('linnet.status', vim.empty_dict(), function(said)
    linnet.notify(('%s (%s, %d accepted)'):format(said.message, said.model, said.accepted))
  end)
end

local function toggle()
  execute('linnet.toggle', vim.empty_dict(), function(result)
    linnet.notify(result.enabled and 'ghost text is on.' or 'ghost text is off.')
  end)
end

---@type table<string, fun(given: table<string, any>)>
local COMMANDS = { explain = explain, review = review, clear = clear, status = status, toggle = toggle }

---@param given table<string, any> what `nvim_create_user_command` hands on
function M.run(given)
  local command = COMMANDS[given.args]
  if command then
    command(given)
  else
    linnet.notify(('there is no `:Linnet %s`.'):format(given.args), vim.log.levels.ERROR)
  end
end

---@param lead string
---@return string[]
function M.complete(lead)
  local names = vim.tbl_filter(function(name)
    return vim.startswith(name, lead)
  end, vim.tbl_keys(COMMANDS))
  table.sort(names)
  return names
end

return M
