set(LIBRARIES braid_vm)
