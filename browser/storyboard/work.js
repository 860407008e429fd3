export const work = []
