set(LIBRARIES braid_natives braid_workspace)
