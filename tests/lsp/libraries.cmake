set(LIBRARIES braid_lsp)
