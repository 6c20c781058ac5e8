-- Neovim's own language client on one file: a diagnostic that matches, a hover, a clean end of the server.
-- Environment: LSP_COMMAND (split at blanks), LSP_FILE, LSP_LANGUAGE, LSP_EXPECT (a Lua pattern for the message or code).
-- Written for 0.7, which has no vim.lsp.start.
local timeout = 20000

local function env(name) return assert(os.getenv(name), name .. ' is not set') end

local function matching_diagnostic(buffer, pattern)
  for _, found in ipairs(vim.diagnostic.get(buffer)) do
    local code = found.code or (found.user_data and found.user_data.lsp and found.user_data.lsp.code) or ''
    if found.message:find(pattern) or tostring(code):find(pattern) then return found end
  end
end

local function main()
  local file = vim.fn.fnamemodify(env('LSP_FILE'), ':p')
  local root = vim.fn.fnamemodify(file, ':h')
  local language = env('LSP_LANGUAGE')
  vim.cmd('edit ' .. vim.fn.fnameescape(file))
  local buffer = vim.api.nvim_get_current_buf()
  vim.bo[buffer].filetype = language

  local exit_code
  local id = assert(vim.lsp.start_client({
    name = 'braid',
    cmd = vim.split(env('LSP_COMMAND'), '%s+', { trimempty = true }),
    root_dir = root,
    workspace_folders = { { uri = vim.uri_from_fname(root), name = 'test' } },
    get_language_id = function() return language end,
    on_exit = function(code) exit_code = code end,
  }), 'the language server did not start')
  vim.lsp.buf_attach_client(buffer, id)

  local found
  vim.wait(timeout, function()
    found = matching_diagnostic(buffer, env('LSP_EXPECT'))
    return found ~= nil or exit_code ~= nil
  end, 20)
  assert(found, 'no diagnostic like ' .. env('LSP_EXPECT') .. ' (exit code: ' .. tostring(exit_code) .. ')')
  io.stdout:write(('%d:%d %s\n'):format(found.lnum + 1, found.col + 1, found.message))

  local client = vim.lsp.get_client_by_id(id)
  vim.api.nvim_win_set_cursor(0, { found.lnum + 1, found.col })
  local position = vim.lsp.util.make_position_params(0, client.offset_encoding)
  local answer = client.request_sync('textDocument/hover', position, timeout, buffer)
  assert(answer and not answer.err, 'hover failed: ' .. vim.inspect(answer))

  client.stop()
  vim.wait(timeout, function() return exit_code ~= nil end, 20)
  assert(exit_code == 0, 'exit code of the language server: ' .. tostring(exit_code))
end

local ok, message = pcall(main)
if not ok then io.stderr:write(tostring(message):gsub('^.-:%d+: ', '') .. '\n') end
vim.cmd(ok and 'cquit 0' or 'cquit 1')
