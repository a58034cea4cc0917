// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// The few parts of Box2D 2.4 that a car on a track needs, in plain C.
///
/// Handles are opaque and owned by their world: bodies and joints die with it. A world is used by
/// one thread at a time. Lengths are metres, angles radians, times seconds, all in single
/// precision as Box2D keeps them.

#ifndef CBOX2D_H
#define CBOX2D_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct CBox2DWorld CBox2DWorld;
typedef struct CBox2DBody CBox2DBody;
typedef struct CBox2DJoint CBox2DJoint;

typedef struct CBox2DVector {
    float x, y;
} CBox2DVector;

/// Where a body is and how it moves; sine and cosine are those of its angle.
typedef struct CBox2DBodyState {
    CBox2DVector position;
    float angle;
    float sine, cosine;
    CBox2DVector linearVelocity;
    float angularVelocity;
} CBox2DBodyState;

/// How a polygon weighs and what it touches; a sensor reports contacts and pushes nothing.
typedef struct CBox2DMaterial {
    float density;
    float restitution;
    uint16_t category;
    uint16_t mask;
    bool isSensor;
} CBox2DMaterial;

/// Two polygons began or ceased to touch.
typedef struct CBox2DContactEvent {
    uintptr_t tagA;
    uintptr_t tagB;
    bool begins;
} CBox2DContactEvent;

/// A hinge between two bodies with a motor and limits of the angle.
typedef struct CBox2DRevoluteJoint {
    CBox2DVector anchorA;
    CBox2DVector anchorB;
    float lowerAngle, upperAngle;
    float maximumMotorTorque;
} CBox2DRevoluteJoint;

/// The version of the library in use: major, minor, revision.
void CBox2DGetVersion(int version[3]);

/// A world without gravity; NULL when memory is short.
CBox2DWorld *CBox2DWorldCreate(void);
void CBox2DWorldDestroy(CBox2DWorld *world);

/// Has every iteration of every step made, also those whose results are known: for those who doubt
/// that they are.
void CBox2DWorldMakeAllIterations(CBox2DWorld *world);

/// Adds a body. A step looks at each body of the world, so what never moves should be one.
CBox2DBody *CBox2DWorldAddBody(
    CBox2DWorld *world, bool isDynamic, CBox2DVector position, float angle);

/// Adds the convex hull of 3 to 8 vertices to a body; the vertices are copied, and the tag comes
/// back in contact events.
void CBox2DBodyAddPolygon(
    CBox2DBody *body, const CBox2DVector *vertices, int count, CBox2DMaterial material,
    uintptr_t tag);

/// Adds a motorised hinge; the two bodies do not collide with each other.
CBox2DJoint *CBox2DWorldAddRevoluteJoint(
    CBox2DWorld *world, CBox2DBody *bodyA, CBox2DBody *bodyB, CBox2DRevoluteJoint joint);

/// Forgets the last step's contact events, then advances the world.
void CBox2DWorldStep(
    CBox2DWorld *world, float seconds, int velocityIterations, int positionIterations);

/// The contact events of the last step in the order in which Box2D reported them; valid until the
/// next step.
size_t CBox2DWorldContactEvents(const CBox2DWorld *world, const CBox2DContactEvent **events);

CBox2DBodyState CBox2DBodyGetState(const CBox2DBody *body);
void CBox2DBodyApplyForceToCenter(CBox2DBody *body, CBox2DVector force);
float CBox2DJointGetAngle(const CBox2DJoint *joint);
/// Whether the next step keeps the joint within its angles.
void CBox2DJointEnableLimit(CBox2DJoint *joint, bool isEnabled);
void CBox2DJointSetMotorSpeed(CBox2DJoint *joint, float speed);

#ifdef __cplusplus
}
#endif

#endif
