"""A scripted film of people in front of a camera, with the truth of who is where: made, never recorded."""
