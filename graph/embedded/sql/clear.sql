DELETE FROM edge;
DELETE FROM node;
UPDATE graph_state SET value = 0 WHERE name = 'applied'
