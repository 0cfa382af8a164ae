"""Requests that no page would send: to every public and portal route, with whatever an attacker might put into them."""
