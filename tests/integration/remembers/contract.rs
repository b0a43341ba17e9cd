//! The contract of the server: projects, tasks below them, an action, and not a word of `x-probity`.

pub(crate) const CONTRACT: &str = r#"
openapi: 3.0.3
info: {title: Projects, version: "1"}
security: [{key: []}]
paths:
  /projects:
    get:
      operationId: listProjects
      responses:
        "200": {description: all, content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Project'}}}}}
        "401": &stranger {description: unknown}
    post:
      operationId: addProject
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/NewProject'}}}}
      responses:
        "201":
          description: made
          headers: {Location: {schema: {type: string}}}
          content: {application/json: {schema: {$ref: '#/components/schemas/Project'}}}
        "400": &wrong {description: wrong}
        "401": *stranger
        "415": &media {description: of another type}
  /projects/{projectId}:
    parameters: &project [{name: projectId, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getProject
      responses:
        "200": &shown {description: it, content: {application/json: {schema: {$ref: '#/components/schemas/Project'}}}}
        "401": *stranger
        "404": &none {description: none}
    put:
      operationId: putProject
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/NewProject'}}}}
      responses: {"200": *shown, "201": *shown, "400": *wrong, "401": *stranger, "404": *none, "415": *media}
    patch:
      operationId: patchProject
      requestBody: {required: true, content: {application/merge-patch+json: {schema: {$ref: '#/components/schemas/ProjectPatch'}}}}
      responses: {"200": *shown, "400": *wrong, "401": *stranger, "404": *none, "415": *media}
    delete:
      operationId: deleteProject
      responses: {"204": &done {description: done}, "401": *stranger, "404": *none}
  /projects/{projectId}/archive:
    parameters: *project
    post:
      operationId: archiveProject
      responses: {"200": *shown, "401": *stranger, "404": *none, "409": {description: archived already}}
  /projects/{projectId}/tasks:
    parameters: *project
    get:
      operationId: listTasks
      responses:
        "200":
          description: all
          content:
            application/json:
              schema: {type: object, required: [items], properties: {items: {type: array, items: {$ref: '#/components/schemas/Task'}}}}
        "401": *stranger
        "404": *none
    post:
      operationId: addTask
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/NewTask'}}}}
      responses:
        "201": &task {description: it, content: {application/json: {schema: {$ref: '#/components/schemas/Task'}}}}
        "400": *wrong
        "401": *stranger
        "404": *none
        "415": *media
  /projects/{projectId}/tasks/{taskId}:
    parameters:
      - {name: projectId, in: path, required: true, schema: {type: string}}
      - {name: taskId, in: path, required: true, schema: {type: string}}
    get:
      operationId: getTask
      responses: {"200": *task, "401": *stranger, "404": *none}
    put:
      operationId: putTask
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/NewTask'}}}}
      responses: {"204": *done, "400": *wrong, "401": *stranger, "404": *none, "415": *media}
    delete:
      operationId: deleteTask
      responses: {"204": *done, "401": *stranger, "404": *none}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}
  schemas:
    NewProject:
      type: object
      required: [name, budget]
      properties:
        name: {type: string, minLength: 1, maxLength: 80}
        budget: {type: integer, minimum: 0, maximum: 100000}
        color: {type: string, enum: [red, green, blue]}
        open: {type: boolean}
        labels: {type: array, maxItems: 5, items: {type: string, minLength: 1, maxLength: 20}}
        owner:
          type: object
          required: [mail]
          properties: {mail: {type: string, minLength: 3, maxLength: 60}, phone: {type: string, maxLength: 30}}
    ProjectPatch:
      type: object
      minProperties: 1
      properties:
        name: {type: string, minLength: 1, maxLength: 80}
        budget: {type: integer, minimum: 0, maximum: 100000}
        color: {type: string, enum: [red, green, blue], nullable: true}
        open: {type: boolean, nullable: true}
    Project:
      allOf:
        - $ref: '#/components/schemas/NewProject'
        - type: object
          required: [id, version, updatedAt]
          properties:
            id: {type: string, readOnly: true}
            version: {type: integer, readOnly: true}
            archived: {type: boolean, readOnly: true}
            deleted: {type: boolean, readOnly: true}
            updatedAt: {type: string, format: date-time, readOnly: true}
    NewTask:
      type: object
      required: [title, due]
      properties:
        title: {type: string, minLength: 1, maxLength: 80}
        weight: {type: number, minimum: 0, maximum: 10}
        due: {type: string, format: date-time}
    Task:
      allOf:
        - $ref: '#/components/schemas/NewTask'
        - {type: object, required: [id], properties: {id: {type: string, readOnly: true}}}
"#;
