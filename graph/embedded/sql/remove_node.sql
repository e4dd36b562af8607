DELETE FROM node WHERE kind = ?1 AND key = ?2
