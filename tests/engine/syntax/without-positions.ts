/** A syntax tree without its positions and texts, to be compared. */
export function withoutPositions(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutPositions)
  if (node instanceof Map) return Object.fromEntries([...node].map(([key, value]) => [key, withoutPositions(value)]))
  if (typeof node !== 'object' || node === null) return node
  const kept = Object.entries(node).filter(([key]) => key !== 'at' && !(key === 'text' && 'query' in node))
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutPositions(value)]))
}
