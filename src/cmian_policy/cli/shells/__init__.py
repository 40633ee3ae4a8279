"""Scripts of shell completion, each written whole from the definitions of the commands.

At a press of the tab key nothing is started, neither this tool nor anything else, and no configuration is read: a script holds
all the words. The price is that it is written anew after an update of the tool.
"""
