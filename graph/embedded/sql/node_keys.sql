SELECT id, kind, key FROM node
