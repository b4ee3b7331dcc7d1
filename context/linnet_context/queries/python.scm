; Definitions are captured whole: their names are found by field. References are captured by name.
(class_definition) @definition.class
(function_definition) @definition.function
(type_alias_statement) @definition.type
(module (expression_statement (assignment left: (identifier)) @definition.variable))
(module (if_statement consequence: (block (expression_statement (assignment left: (identifier)) @definition.variable))))
(module (try_statement body: (block (expression_statement (assignment left: (identifier)) @definition.variable))))
(class_definition body: (block (expression_statement (assignment left: (identifier)) @definition.field)))
(assignment left: (attribute object: (identifier) attribute: (identifier))) @definition.self

(import_statement) @import
(import_from_statement) @import
(future_import_statement) @import

(call function: (identifier) @reference)
(call function: (attribute attribute: (identifier) @reference))
(decorator (identifier) @reference)
(decorator (attribute attribute: (identifier) @reference))
(class_definition superclasses: (argument_list (identifier) @reference))
(class_definition superclasses: (argument_list (attribute attribute: (identifier) @reference)))
(type (identifier) @reference)
(type (attribute attribute: (identifier) @reference))
(type (binary_operator (identifier) @reference))
(generic_type (identifier) @reference)
