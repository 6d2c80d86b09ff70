"""The steps, in the order of their numbers (four digits); one that has landed is never edited.

A step only adds: tables, indexes that no old row breaks, columns that may be null or have a server
default. While workers are replaced one by one, the older ones go on writing to the newer tables.
"""
