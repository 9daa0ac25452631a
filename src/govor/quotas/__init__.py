"""What a folder may ask of the service in a time, and what happens when it asks for more."""
