"""The core: takes what edge workers saw, says who it was, and tells whoever watches."""
