(class_declaration) @definition.class
(variable_declarator value: (class)) @definition.class
(function_declaration) @definition.function
(generator_function_declaration) @definition.function
(variable_declarator name: (identifier) value: [(arrow_function) (function_expression) (generator_function)]) @definition.function
(assignment_expression left: (member_expression) right: [(arrow_function) (function_expression)]) @definition.function
(method_definition) @definition.method
(pair key: (property_identifier) value: [(arrow_function) (function_expression)]) @definition.method
(program (lexical_declaration (variable_declarator name: (identifier)) @definition.constant))
(program (variable_declaration (variable_declarator name: (identifier)) @definition.variable))
(program (export_statement (lexical_declaration (variable_declarator name: (identifier)) @definition.constant)))
(field_definition) @definition.field

(import_statement) @import
(export_statement source: (string)) @import
(variable_declarator value: (call_expression function: (identifier) @require (#eq? @require "require"))) @import

(call_expression function: (identifier) @reference)
(call_expression function: (member_expression property: (property_identifier) @reference))
(new_expression constructor: (identifier) @reference)
(new_expression constructor: (member_expression property: (property_identifier) @reference))
(class_heritage (identifier) @reference)
((jsx_opening_element name: (identifier) @reference) (#match? @reference "^[A-Z]"))
((jsx_self_closing_element name: (identifier) @reference) (#match? @reference "^[A-Z]"))
