"""The program: command line, settings, receiving, working, sending, the web server and the demo."""
