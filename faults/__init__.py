"""What a workspace survives: processes killed at any moment, full disks, damaged files, clocks set back.

`python -m faults` (`make faults`) does all of it to copies of a small workspace and counts what was lost. The tests do
a smaller number of the same trials.
"""
