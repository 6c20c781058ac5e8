set(LIBRARIES braid_loader)
