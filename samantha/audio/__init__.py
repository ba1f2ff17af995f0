"""Sound in and out: devices, files as a sound card, echo cancellation."""
