"""What an uploaded file is: told by its content, never by its name, and without any library of models."""
