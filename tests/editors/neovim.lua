-- Neovim, set up as docs/editors.md says, on one file: a diagnostic that matches, a hover, a clean end of the server.
-- Environment: DOCUMENTATION (the page), LSP_FILE, LSP_EXPECT (a Lua pattern for the message or the code); `braid` in PATH.
-- Written for 0.7.
local timeout = 20000

local function env(name) return assert(os.getenv(name), name .. ' is not set') end

local function documented_setup()
  local page = table.concat(vim.fn.readfile(env('DOCUMENTATION')), '\n')
  return assert(loadstring(assert(page:match('```lua\n(.-)```'), 'the page has no Lua block')))
end

local function matching_diagnostic(pattern)
  for _, found in ipairs(vim.diagnostic.get(0)) do
    local code = found.code or (found.user_data and found.user_data.lsp and found.user_data.lsp.code) or ''
    if found.message:find(pattern) or tostring(code):find(pattern) then return found end
  end
end

local function main()
  documented_setup()()
  vim.cmd('edit ' .. vim.fn.fnameescape(vim.fn.fnamemodify(env('LSP_FILE'), ':p')))
  local client
  vim.wait(timeout, function()
    client = vim.lsp.buf_get_clients(0)[1]
    return client ~= nil
  end, 20)
  assert(client, 'the language server did not start')
  local exit_code
  client.config.on_exit = function(code) exit_code = code end

  local found
  vim.wait(timeout, function()
    found = matching_diagnostic(env('LSP_EXPECT'))
    return found ~= nil or exit_code ~= nil
  end, 20)
  assert(found, 'no diagnostic like ' .. env('LSP_EXPECT') .. ' (exit code: ' .. tostring(exit_code) .. ')')
  io.stdout:write(('%d:%d %s\n'):format(found.lnum + 1, found.col + 1, found.message))

  vim.api.nvim_win_set_cursor(0, { found.lnum + 1, found.col })
  local position = vim.lsp.util.make_position_params(0, client.offset_encoding)
  local answer = client.request_sync('textDocument/hover', position, timeout, 0)
  assert(answer and not answer.err, 'hover failed: ' .. vim.inspect(answer))

  client.stop()
  vim.wait(timeout, function() return exit_code ~= nil end, 20)
  assert(exit_code == 0, 'exit code of the language server: ' .. tostring(exit_code))
end

local ok, message = pcall(main)
if not ok then io.stderr:write(tostring(message):gsub('^.-:%d+: ', '') .. '\n') end
vim.cmd(ok and 'cquit 0' or 'cquit 1')
