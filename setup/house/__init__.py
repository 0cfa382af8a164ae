"""Everything behind the commands of this folder: plain Python, standard library only.

One module, one subject. The commands (``run``, ``test``, ``bench``, ``style``, ``package``) are the modules of the same
name; the others know how to do one thing: get Odoo, make a virtual environment, keep a PostgreSQL server, and so on.
"""
