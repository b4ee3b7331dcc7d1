-- Starts Linnet; everything else is loaded when it is used.
if vim.g.loaded_linnet then
  return
end
vim.g.loaded_linnet = true

vim.api.nvim_create_user_command('Linnet', function(given)
  require('linnet.commands').run(given)
end, { nargs = 1, range = true, bang = true, complete = 'customlist,v:lua.require("linnet.commands").complete' })

require('linnet').start()
