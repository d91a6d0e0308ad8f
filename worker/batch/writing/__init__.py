"""Writers: parts beside their chunks, and the result of all parts."""
