set(LIBRARIES braid_text)
