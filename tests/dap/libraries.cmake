set(LIBRARIES braid_dap)
