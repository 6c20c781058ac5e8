set(LIBRARIES braid_database)
