export const server = 1
export const api = 2
