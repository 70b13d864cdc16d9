"""The local server: the live kernel of one notebook over the Jupyter kernels API, for windows that come and go."""
