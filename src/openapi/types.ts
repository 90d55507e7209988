/** A JSON object of the document. */
export type JsonObject = { [key: string]: unknown }

/** A parameter object. */
export interface ParameterObject extends JsonObject {
  name: string
  in: 'path' | 'query' | 'header' | 'cookie'
  required?: boolean
  schema: JsonObject
}

/** A response object. */
export interface ResponseObject extends JsonObject {
  description: string
  headers?: JsonObject
  content?: { [mediaType: string]: JsonObject }
}

/** An operation object. */
export interface OperationObject extends JsonObject {
  operationId: string
  summary: string
  responses: { [status: string]: ResponseObject }
  security: SecurityRequirement[]
}

/** Security schemes that must all hold, each with the scopes or roles it must carry. */
export type SecurityRequirement = { [scheme: string]: string[] }

/** An OpenAPI 3.1 document: plain JSON, detached from the definition it was built from. */
export interface OpenApiDocument extends JsonObject {
  openapi: '3.1.1'
  info: JsonObject
  servers: JsonObject[]
  paths: { [path: string]: JsonObject }
  components?: JsonObject
}
