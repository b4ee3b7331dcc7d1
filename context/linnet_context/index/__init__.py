"""Arrays and names of a whole workspace, built in the background and kept on disk."""
