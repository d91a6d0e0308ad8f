"""The host plane: checks the machine, sets the box up, runs and ends its processes.

It opens no model file and knows neither Django nor Celery; it starts programs by their argument lists.
"""
