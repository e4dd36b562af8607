"""Minutes of what people and systems do with a server at once: does its memory stay, do its answers stay as quick?"""
