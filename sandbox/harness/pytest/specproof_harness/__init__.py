"""
What specproof puts around pytest and Hypothesis. It loads both, and all that they need at once, while no folder of the project is on
`sys.path`; a fork for each file of tests gets those folders, and by then the key of the signatures is nowhere but inside a function.
"""
