--- Starts `linnet serve` for every file and keeps what it says about itself.
local M = {}

--- `vim.g.linnet`; everything in it is optional.
---@class linnet.Options
---@field cmd? string[] The command that starts the server: `{ 'linnet', 'serve' }`, found on PATH.
---@field root_markers? string[] What makes a folder the root of a workspace.
---@field settings? table<string, any> Settings of docs/settings.md, for example `{ completion = { max_lines = 3 } }`.
---@field keys? table<linnet.Action, string|false> Keys of insert mode; false for none.

--- The notification `linnet/status`.
---@class linnet.Status
---@field state 'off'|'starting'|'learning'|'ready'|'error'
---@field message string
---@field provider string
---@field model string
---@field latencyMs number
---@field costTodayUsd number

local ROOT_MARKERS = { '.git', 'linnet.toml', 'pyproject.toml', 'package.json', 'go.mod', 'Cargo.toml' }
-- Each does what it did before while there is no ghost text.
local KEYS = {
  accept = '<Tab>',
  accept_word = '<M-Right>',
  accept_line = '<M-C-Right>',
  next = '<M-]>',
  previous = '<M-[>',
  dismiss = '<C-]>',
}
-- A server that ends by itself is started again so often, each time after a longer pause.
local MOST_RESTARTS = 5
local FIRST_PAUSE_MS = 500
-- After so long without a failure the count starts anew.
local FORGET_MS = 3 * 60 * 1000

---@type linnet.Status?
local status
local restarts = 0
local last_end = 0

---@param text string
---@param level? vim.log.levels
function M.notify(text, level)
  vim.notify('Linnet: ' .. text, level or vim.log.levels.INFO)
end

---@return linnet.Options
function M.options()
  local given = type(vim.g.linnet) == 'table' and vim.g.linnet or {}
  return vim.tbl_deep_extend('force', { cmd = { 'linnet', 'serve' }, root_markers = ROOT_MARKERS, keys = KEYS }, given)
end

--- What the server said last about itself; nil before it said anything.
---@return linnet.Status?
function M.status()
  return status
end

--- A word for the status line: `%{v:lua.require'linnet'.statusline()}`.
---@return string
function M.statusline()
  if not status then
    return ''
  end
  local words = { ready = 'Linnet', learning = 'Linnet ...', starting = 'Linnet ...', off = 'Linnet off', error = 'Linnet !' }
  return words[status.state] or 'Linnet'
end

--- The client of a buffer.
---@param buffer? integer
---@return vim.lsp.Client?
function M.client(buffer)
  return vim.lsp.get_clients({ name = 'linnet', bufnr = buffer or 0 })[1]
end

--- Send a request; the names of Neovim's own functions differ between its versions.
---@param client vim.lsp.Client
---@param method string
---@param params table<string, any>
---@param answered fun(failure?: lsp.ResponseError, result: any)
---@param buffer integer
function M.request(client, method, params, answered, buffer)
  if vim.fn.has('nvim-0.11') == 1 then
    client:request(method, params, answered, buffer)
  else
    client.request(method, params, answered, buffer)
  end
end

--- Send a notification.
---@param client vim.lsp.Client
---@param method string
---@param params table<string, any>
function M.tell(client, method, params)
  if vim.fn.has('nvim-0.11') == 1 then
    client:notify(method, params)
  else
    client.notify(method, params)
  end
end

---@param said? linnet.Status
local function remember(said)
  status = said
  vim.cmd.redrawstatus({ bang = true })
end

---@param buffer integer
local function attached(_, buffer)
  require('linnet.ghost').enable(buffer)
end

--- What this Neovim tells the server that it can do.
---@return lsp.ClientCapabilities?
local function capabilities()
  if vim.lsp.inline_completion then
    return nil
  end
  -- Ours counts columns in bytes, as Neovim does.
  return vim.tbl_deep_extend('force', vim.lsp.protocol.make_client_capabilities(), {
    general = { positionEncodings = { 'utf-8', 'utf-16' } },
    textDocument = { inlineCompletion = { dynamicRegistration = false } },
  })
end

--- Start the server again for all buffers, as if they were opened now.
local function start_again()
  if vim.lsp.enable then
    vim.lsp.enable('linnet')
  else
    vim.cmd('silent! doautoall linnet FileType')
  end
end

---@param code integer
---@param signal integer
local function ended(code, signal)
  vim.schedule(function()
    remember(nil)
    if vim.v.exiting ~= vim.NIL or (code == 0 and signal == 0) then
      return
    end
    local now = vim.uv.now()
    restarts = now - last_end > FORGET_MS and 1 or restarts + 1
    last_end = now
    if restarts > MOST_RESTARTS then
      M.notify('the server keeps ending; see :checkhealth linnet and :lua vim.cmd.edit(vim.lsp.get_log_path()).', vim.log.levels.ERROR)
      return
    end
    vim.defer_fn(start_again, FIRST_PAUSE_MS * 2 ^ (restarts - 1))
  end)
end

--- The configuration of the language client.
---@return vim.lsp.Config
function M.config()
  local options = M.options()
  return {
    name = 'linnet',
    cmd = options.cmd,
    root_markers = options.root_markers,
    init_options = { linnet = options.settings or vim.empty_dict() },
    capabilities = capabilities(),
    on_attach = attached,
    on_exit = ended,
    handlers = {
      ['linnet/status'] = function(_, said)
        remember(said)
      end,
    },
  }
end

--- Neovim 0.10 has no `vim.lsp.enable`.
---@param config vim.lsp.Config
local function start_on_filetype(config)
  vim.api.nvim_create_autocmd('FileType', {
    group = vim.api.nvim_create_augroup('linnet', {}),
    callback = function(event)
      if vim.bo[event.buf].buftype == '' then
        local root = vim.fs.root(event.buf, config.root_markers)
        vim.lsp.start(vim.tbl_extend('force', config, { root_dir = root }), { bufnr = event.buf })
      end
    end,
  })
end

--- Have the server started with the first file; called once, by plugin/linnet.lua.
function M.start()
  local config = M.config()
  local program = config.cmd[1]
  if vim.fn.executable(program) == 0 then
    M.notify(('`%s` is not a program on PATH; see :help linnet-install.'):format(program), vim.log.levels.WARN)
    return
  end
  if vim.lsp.enable then
    vim.lsp.config('linnet', config)
    vim.lsp.enable('linnet')
  else
    start_on_filetype(config)
  end
  for action, key in pairs(M.options().keys) do
    if key then
      require('linnet.ghost').map(action, key)
    end
  end
end

return M
