set(LIBRARIES braid_scheduler)
