"""The demo shop: a made-up shop's camera, with a truth about who was there to judge the stack by."""
