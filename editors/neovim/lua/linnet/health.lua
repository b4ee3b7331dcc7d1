--- `:checkhealth linnet`.
local linnet = require('linnet')

local M = {}

local function check_neovim()
  if vim.lsp.inline_completion then
    vim.health.ok('This Neovim shows ghost text by itself.')
  elseif vim.fn.has('nvim-0.10') == 1 then
    vim.health.ok('The plugin shows ghost text in this Neovim.')
  else
    vim.health.error('Neovim is older than 0.10.', 'Install Neovim 0.10 or newer.')
  end
end

--- Keys of insert mode that were mapped to something else after us.
local function check_keys()
  for action, key in pairs(linnet.options().keys) do
    local found = key and vim.fn.maparg(key, 'i', false, true) or {}
    local name = action:gsub('_', ' ')
    if found.desc == 'Ghost text: ' .. name then
      vim.health.ok(('%s: %s.'):format(key, name))
    elseif key then
      vim.health.warn(('%s is mapped by something else, so it does not do this: %s.'):format(key, name))
    end
  end
end

---@return boolean
local function check_program()
  local program = linnet.options().cmd[1]
  local path = vim.fn.exepath(program)
  if path == '' then
    vim.health.error(
      ('`%s` is not a program on PATH.'):format(program),
      { 'Install Linnet; see :help linnet-install.', 'Or set vim.g.linnet = { cmd = { "/path/to/linnet", "serve" } }.' }
    )
    return false
  end
  vim.health.ok(('The server is %s.'):format(path))
  return true
end

--- What `linnet doctor` finds.
local function check_doctor()
  local done = vim.system({ linnet.options().cmd[1], 'doctor', '--json' }, { text = true }):wait(20000)
  local understood, report = pcall(vim.json.decode, done.stdout or '')
  if not understood or type(report.checks) ~= 'table' then
    vim.health.error('`linnet doctor` gave no report.', vim.split(vim.trim(done.stderr or ''), '\n'))
    return
  end
  local tell = { ok = vim.health.ok, warn = vim.health.warn, fail = vim.health.error }
  for _, check in ipairs(report.checks) do
    local say = tell[check.state] or vim.health.info
    say(('%s: %s'):format(check.name, check.says), check.fix ~= '' and check.fix or nil)
  end
end

local function check_clients()
  local clients = vim.lsp.get_clients({ name = 'linnet' })
  if #clients == 0 then
    vim.health.info('No server is running; it starts with the first file.')
  end
  for _, client in ipairs(clients) do
    local files = vim.tbl_count(client.attached_buffers)
    vim.health.ok(('A server runs for %s (%d files).'):format(client.root_dir or 'files without a root', files))
  end
  local said = linnet.status()
  if said then
    vim.health.info(said.message)
  end
end

function M.check()
  vim.health.start('linnet')
  check_neovim()
  if check_program() then
    check_doctor()
  end
  check_keys()
  check_clients()
end

return M
