"""`footfall-edge camera-fitness`: whether a camera, where it hangs, is fit for recognising people."""
