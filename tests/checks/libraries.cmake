set(LIBRARIES braid_workspace)
