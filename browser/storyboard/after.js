export const after = []
