"""Kernels of another language: this process is the kernel that front ends talk to, and keeps the real one."""
