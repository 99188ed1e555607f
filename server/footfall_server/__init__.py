"""The core: takes what edge workers saw, says who it was, and tells whoever watches."""

import os

# Before numpy is loaded, which reads it once. Matrices here are small: on two cores that others use, too,
# BLAS threads that wait for each other turn a product of 0.3 ms into one of 15. Whoever knows better says so.
for _library in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_library, "1")
