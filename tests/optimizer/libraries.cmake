set(LIBRARIES braid_optimizer)
